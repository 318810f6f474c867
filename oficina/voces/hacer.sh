#!/bin/sh
# Makes the voices of the spoken security code: ten Spanish digits, three voices each.
# Why: the voices bundled with the captcha library are English. The result is committed, so that neither
# espeak-ng nor sox is needed to install or run the portal. The library wants 8 kHz, 8 bits, mono.
set -eu
cd "$(dirname "$0")"

digit() { # digit word
    rm -rf "$1"
    mkdir "$1"
    say "$1" "$2" lenta es-419 115 45
    say "$1" "$2" mujer es-419+f2 130 60
    say "$1" "$2" hombre es-419+m3 125 35
}

say() { # digit word name voice words-per-minute pitch
    espeak-ng -v "$4" -s "$5" -p "$6" -a 150 --stdout "$2" |
        sox -D -t wav - -r 8000 -c 1 -b 8 -e unsigned-integer "$1/$3.wav" \
            silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse pad 0.02 0.02 gain -n -3
}

digit 0 cero
digit 1 uno
digit 2 dos
digit 3 tres
digit 4 cuatro
digit 5 cinco
digit 6 seis
digit 7 siete
digit 8 ocho
digit 9 nueve
