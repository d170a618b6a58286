/**
 * `ps` of macOS over that of this machine: dates in the language of the environment unless that is C,
 * the short name padded to 16 columns, then the command and its environment, which macOS hides of
 * Apple's own programs.
 */
export function macPs({ environments = true, flags = '-axEww' } = {}): string {
  return `
case "$1" in ${flags}) ;; *) echo "ps: illegal option" >&2; exit 1 ;; esac
/usr/bin/ps ax${environments ? 'e' : ''}ww -o pid=,ppid=,pgid=,stat=,lstart=,ucmd:16=,args= |
  if [ "$LC_ALL" = C ]; then cat
  else sed -E 's/ [A-Z][a-z]{2} [A-Z][a-z]{2} ([ 0-9][0-9]) / Di. \\1 Sep. /'; fi`
}
