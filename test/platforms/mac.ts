/**
 * `ps` of macOS over that of this machine: dates in the language of the environment unless that is C,
 * the short name padded to 16 columns, then the command and its environment.
 */
export const MAC_PS = `
case "$1" in -axEww) ;; *) echo "ps: illegal option" >&2; exit 1 ;; esac
/usr/bin/ps axeww -o pid=,ppid=,pgid=,stat=,lstart=,ucmd:16=,args= |
  if [ "$LC_ALL" = C ]; then cat
  else sed -E 's/ [A-Z][a-z]{2} [A-Z][a-z]{2} ([ 0-9][0-9]) / Di. \\1 Sep. /'; fi`
