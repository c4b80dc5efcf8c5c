# Prints what zsh offers: capture.zsh COMPLETION LINE. Completion works in the line editor alone, so a second zsh runs on a
# terminal of its own, with a `compadd` that says what it was given and what of it fits.
module_path=($ZSH_ROOT/usr/lib/*/zsh/*(/N))
zmodload zsh/zpty || exit 1
zpty inner $ZSH_ROOT/bin/zsh -f -i

zpty -w inner "source ${(q)0:A:h}/offering.zsh ${(q)1}"
zpty -r -m inner line '*ready*' || exit 1
zpty -w -n inner "$2"$'\t'
zpty -r -m inner output '*finished*' || exit 1
print -r -- "${output//$'\r'/}"
zpty -d inner
