/**
 * The environment of every git that we start, here or on a slave. Nobody is there to be
 * asked for a password, and messages must be in the words that we look for.
 */
const QUIET_GIT: Readonly<Record<string, string>> = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  // Git Credential Manager opens windows of its own.
  GCM_INTERACTIVE: 'never',
  GCM_GUI_PROMPT: 'false',
  LC_ALL: 'C.UTF-8',
}

/** The same for a system by its name in Node, or that of a slave: macOS knows C.UTF-8 only since version 15. */
export function quietGit(platform: unknown): Readonly<Record<string, string>> {
  return platform === 'darwin' ? { ...QUIET_GIT, LC_ALL: 'en_US.UTF-8' } : QUIET_GIT
}

/**
 * Switches off what a person has configured for work by hand: hooks, also by a template,
 * and commands that go into submodules by themselves. Credentials, proxies and filters stay.
 */
export const OWN_WAYS: readonly string[] = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'init.templateDir='],
  ...['-c', 'submodule.recurse=false'],
]

/** Variables by which a git would work on another repository than the one in its folder. */
export const MISLEADING = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DEFAULT_HASH',
  'GIT_DIR',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_TEMPLATE_DIR',
  'GIT_WORK_TREE',
] as const
