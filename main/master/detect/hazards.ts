/**
 * Why a command that somebody wrote for another place does not belong in a proposal: it would change
 * this machine, publish something, or mean something else here. In words that follow "it"; `undefined`
 * for a command that stays in its build folder as far as its text tells.
 *
 * A text is only searched, not understood. So the answer is a reason to leave a command out, and never
 * a promise that it is harmless.
 */
export function hazardOf(script: string): string | undefined {
  const text = withoutComments(script.slice(0, LONGEST))
  for (const [pattern, why] of HAZARDS) {
    const found = pattern.exec(text)
    if (found) return why.replace('$1', (found[1] ?? found[0]).trim())
  }
  return undefined
}

// More than anybody writes by hand.
const LONGEST = 200_000

/** Programs are named where a command may begin: at the start of a line, or after what parts commands. */
const at = (words: string, flags = 'm') =>
  new RegExp(
    String.raw`(?:^|[;&|(\x60{]|\bthen\b|\bdo\b|\belse\b|\bexec\b|\bcommand\b|\benv\b|-c\s+["']|@)\s*[-@+]*\s*(?:[A-Za-z_]\w*=\S*\s+)*(?:\S*/)?(${words})(?=[\s;&|)"'\x60]|$)`,
    flags,
  )

const OUTSIDE = String.raw`["']?(?:~|\$\{?HOME\b|/(?!tmp\b|dev/(?:null|stdout|stderr)\b|proc/self\b))`

const HAZARDS: readonly (readonly [RegExp, string])[] = [
  [at('sudo|doas|pkexec|su|runas'), 'runs as another user ($1)'],
  [
    at(
      String.raw`(?:apt|apt-get|aptitude|dnf|yum|zypper|pacman|apk|brew|port|snap|flatpak|choco|winget|scoop|pkg|emerge|nix-env|xbps-install|opkg)(?:\s+-\S+)*\s+(?:install|update|upgrade|add|remove|tap|link|unlink|uninstall|reinstall|dist-upgrade|purge|bundle|-S\w*|build-dep)`,
    ),
    'installs programs on the machine ($1)',
  ],
  [
    at(String.raw`pacman\s+-S\w*|dpkg\s+-i|rpm\s+-\w*[iU]\w*|installer\s+-pkg`),
    'installs programs on the machine ($1)',
  ],
  [
    at(
      String.raw`npm\s+(?:i|install|add|link|uninstall)\s(?:[^;&|\n]*\s)?(?:-g|--global)|npm\s+(?:-g|--global)\s+(?:i|install)|npm\s+link|yarn\s+global\s+\w+|pnpm\s+(?:add|i|install)\s(?:[^;&|\n]*\s)?(?:-g|--global)|corepack\s+(?:enable|prepare)|bun\s+(?:add|install)\s+-g`,
    ),
    'installs programs for all your projects ($1)',
  ],
  [
    at(
      String.raw`(?:python[\d.]*\s+-m\s+)?pip[\d.]*\s+(?:install|uninstall)|pipx\s+install|uv\s+(?:pip\s+install\s[^;&|\n]*--system|tool\s+install)|easy_install|conda\s+(?:install|create|update)|mamba\s+(?:install|create)|gem\s+(?:install|update)|cargo\s+(?:install|binstall)|go\s+install|rustup\s+(?:toolchain|component|target|default|update|install|override|self)|luarocks\s+(?:[^;&|\n]*\s)?install|cpanm?|opam\s+(?:init|install|switch|update)|ghcup|nvm\s+(?:install|use|alias)|rbenv\s+(?:install|global)|pyenv\s+(?:install|global)|dotnet\s+(?:tool\s+install\s[^;&|\n]*-g|workload\s+install)|composer\s+global|mix\s+(?:local\.\w+|archive\.install)|dart\s+pub\s+global|Rscript\s+-e\s+["']install|sdkmanager|swiftly\s+\w+`,
    ),
    'installs for all your projects, not for this build ($1)',
  ],
  [
    at(
      String.raw`(?:make|gmake|ninja|meson)\s(?:[^;&|\n]*\s)?(?:un)?install|cmake\s+--install|cmake\s+--build\s[^;&|\n]*--target\s+install|python[\d.]*\s+setup\.py\s+(?:install|develop)|\$\(MAKE\)\s(?:[^;&|\n]*\s)?install`,
    ),
    'installs what was built on the machine ($1)',
  ],
  [
    at(
      String.raw`xcode-select\s+(?:-s|--switch|--install|-r)|xcodes\s+\w+|chsh|systemctl|launchctl|service|rc-service|update-alternatives|ldconfig|modprobe|sysctl\s+(?:-w|\S+=)|useradd|usermod|groupadd|adduser|chown|mount|umount|mkfs\S*|fdisk|hostnamectl|timedatectl|ufw|iptables|networksetup|scutil|defaults\s+(?:write|delete)|reg\s+add|setx|crontab|loginctl|dscl|security\s+\S+-keychain|security\s+import|shutdown|reboot|swapon|fallocate|locale-gen|dpkg-reconfigure|csrutil|spctl|stow|chezmoi|dotbot`,
    ),
    'changes settings of the machine ($1)',
  ],
  [/\bgit\s+config\s+(?:--global|--system)/m, 'changes your own git configuration'],
  [
    at(
      String.raw`npm\s+publish|pnpm\s+(?:-r\s+)?publish|yarn\s+(?:npm\s+)?publish|lerna\s+publish|changeset\s+publish|semantic-release|cargo\s+publish|twine\s+upload|poetry\s+publish|uv\s+publish|gem\s+push|dotnet\s+nuget\s+push|nuget\s+push|mvn\s(?:[^;&|\n]*\s)?deploy|gh\s+(?:release|pr|issue|api|workflow|label)|hub\s+release|git\s+push|docker\s+(?:push|login)|docker\s+buildx\s[^;&|\n]*--push|vsce\s+publish|ovsx\s+publish|goreleaser\s+release|hex\.publish|mix\s+hex\.publish|codecov|coveralls|luacov-coveralls|codeclimate-test-reporter`,
    ),
    'publishes ($1)',
  ],
  [
    at(
      String.raw`aws|gcloud|gsutil|az|kubectl|helm\s+(?:upgrade|install)|terraform\s+(?:apply|destroy)|pulumi\s+(?:up|destroy)|ansible-playbook|firebase|vercel|netlify|flyctl|fly\s+deploy|heroku|wrangler\s+(?:deploy|publish)|surge|ssh|scp|sftp|rsync|ftp|lftp|s3cmd|rclone|cap\s+\w+|fastlane`,
    ),
    'reaches into other machines ($1)',
  ],
  [
    at(String.raw`docker(?:-compose)?|podman|vagrant|minikube|kind\s+create`, 'm'),
    'starts or changes containers of the machine ($1)',
  ],
  [
    /\b(?:curl|wget)\b[^\n;]*\|\s*(?:sudo\s+)?(?:\S*\/)?(?:ba|z|da|k)?sh\b/m,
    'runs a script of the internet',
  ],
  [
    /<\(\s*(?:curl|wget)\b|\bsh\s+-c\s+["']\$\(\s*(?:curl|wget)\b/m,
    'runs a script of the internet',
  ],
  [
    new RegExp(
      String.raw`(?:^|[;&|(]|@)\s*[-@+]*\s*(?:\S*/)?(rm|mkdir|mv|cp|ln|touch|chmod|install|rmdir|tee|unzip|rsync|dd)\s(?:[^;&|\n]*\s)?${OUTSIDE}`,
      'm',
    ),
    'works outside of the build folder ($1)',
  ],
  [new RegExp(String.raw`>>?\s*${OUTSIDE}`, 'm'), 'writes outside of the build folder'],
  [/\btar\s[^;&|\n]*-C\s*(?:~|\$\{?HOME|\/(?!tmp\b))/m, 'unpacks outside of the build folder'],
  [/\bcd\s+["']?(?:~|\$\{?HOME\b|\/(?!tmp\b))/m, 'leaves the build folder'],
]

/** Without what follows a `#` that no quote holds, and with continued lines joined. */
function withoutComments(script: string): string {
  return script
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map(line => {
      const [kept] = /^(?:[^#'"]|"(?:\\.|[^"\\])*"|'[^']*'|\S#)*/.exec(line)!
      return line[kept.length] === '#' ? kept : line
    })
    .join('\n')
}

const PRINTS =
  /^(?:echo|printf|true|:|pwd|env|printenv|date|whoami|uname|exit\s+0|set\s+[-+]\w+)(?:\s|$)/

/** Whether a text does nothing but print: a step of it would be green for ever. */
export function onlyPrints(script: string): boolean {
  const commands = withoutComments(script)
    .replace(/"(?:\\.|[^"\\`$])*"|'[^']*'/g, 'text')
    .split(/\n|;|&&|\|\|?/)
    .map(one => one.trim().replace(/^[-@+\s]+/, ''))
    .filter(one => one !== '')
  return commands.every(one => PRINTS.test(one) && !/>|`|\$\(/.test(one))
}
