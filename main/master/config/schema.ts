import { z } from 'zod'
import { problemOfFileAddress } from '../changes/local-path.ts'
import { SLAVE_KINDS } from '../model.ts'
import { parseDuration } from './duration.ts'
import { elasticShape } from './elastic-shape.ts'
import { parseSize } from './size.ts'
import { parseSlavePort, SLAVE_PORT_WORDS } from './slave-port.ts'

// What a person may write. How it is checked beyond its shape is in build.ts.

const name = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._+-]*$/u,
    'must begin with a letter or digit and hold letters, digits, spaces and . _ + - only',
  )
  .max(80)
const slaveName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'must begin with a letter or digit and hold letters, digits and . _ - only',
  )
  .max(60)
const text = z.union([z.string(), z.number(), z.boolean()])
const names = z.array(z.string())
/** One or several. */
const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)])
const duration = z
  .union([z.string(), z.number()])
  .refine(value => parseDuration(value) !== undefined, 'must be a time such as 30s, 10m or 1h')
  .describe('A time such as 500ms, 30s, 10m, 1h 30m or 2d; a bare number counts seconds.')
const env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name of an environment variable'),
  text,
)
const properties = z.record(z.string(), z.json())

const size = z
  .union([z.string(), z.number()])
  .refine(value => parseSize(value) !== undefined, 'must be a size such as 500MB or 5GB')

const stepFlags = {
  name: z.string().min(1).max(80).optional().describe('Shown in the waterfall.'),
  haltOnFailure: z
    .boolean()
    .optional()
    .describe('A failure ends the build. On by default, except for alwaysRun steps.'),
  flunkOnFailure: z
    .boolean()
    .optional()
    .describe('A failure makes the build a failure. On by default.'),
  flunkOnWarnings: z.boolean().optional().describe('Warnings make the build a failure.'),
  warnOnFailure: z.boolean().optional().describe('A failure makes the build one with warnings.'),
  warnOnWarnings: z.boolean().optional().describe('Warnings make the build one with warnings.'),
  alwaysRun: z.boolean().optional().describe('Runs also after the build has failed.'),
  hidden: z.boolean().optional().describe('Not shown unless it runs or fails.'),
  if: z
    .union([z.string(), z.boolean()])
    .optional()
    .describe('An expression such as prop.branch == "main"; otherwise the step is skipped.'),
  locks: names.optional(),
  env: env.optional(),
  workdir: z.string().optional().describe("Relative to the build's folder."),
  timeout: duration.nullable().optional().describe('Longest time without output. 20m by default.'),
  maxTime: duration.nullable().optional().describe('Longest time in all.'),
  maxLog: size
    .nullable()
    .optional()
    .describe('How much log the step may keep: its beginning and its end. 256MB by default.'),
}
const shellFlags = {
  errexit: z
    .boolean()
    .optional()
    .describe(
      'Whether a text for the shell stops at its first command that fails. true by default.',
    ),
  pty: z.boolean().optional().describe('Run in a pseudo-terminal.'),
  logfiles: z
    .record(z.string(), z.string())
    .optional()
    .describe('Files that become logs of their own: name and path.'),
}
const command = z.union([z.string().min(1), z.array(z.string()).min(1)])

const gitFlags = {
  mode: z
    .enum(['incremental', 'clean', 'clobber'])
    .optional()
    .describe('What happens to files of earlier builds.'),
  submodules: z.boolean().optional().describe('false leaves them out.'),
  ...stepFlags,
}
/** What `git:` may hold; the same may stand beside it. */
export const GIT_FLAGS = z.strictObject(gitFlags)

/** The step types by the key that names them. */
export const STEP_SHAPES = {
  git: z.strictObject({
    git: z
      .union([z.literal(true), GIT_FLAGS])
      .nullable()
      .optional(),
    ...gitFlags,
  }),
  shell: z.strictObject({
    shell: command.describe('A line for the shell, or a program and its arguments.'),
    ...stepFlags,
    ...shellFlags,
  }),
  test: z.strictObject({
    test: command.describe('A command whose TAP output or JUnit files are read as test results.'),
    junit: oneOrMore
      .optional()
      .describe('Where the JUnit XML files are; the usual places by default.'),
    ...stepFlags,
    ...shellFlags,
  }),
  upload: z.strictObject({
    upload: oneOrMore.describe('Files to keep with the build.'),
    ...stepFlags,
  }),
} as const

const step = z.union([z.literal('git'), ...Object.values(STEP_SHAPES)])

const slave = z.strictObject({
  name: slaveName,
  kind: z.enum(SLAVE_KINDS).optional(),
  address: z.string().optional().describe('host:port of a remote slave that is dialled.'),
  maxBuilds: z.int().min(1).max(1000).optional(),
  tags: names.optional(),
  missingAfter: z
    .union([duration, z.literal('off'), z.literal(false)], {
      error: 'must be a time such as 1h, or off',
    })
    .optional()
    .describe('How long it may stay away until you are told; off for never. 1h by default.'),
  lease: duration
    .optional()
    .describe(
      'How long its builds go on while the link to it is lost. 1h for a local slave, 30m for another.',
    ),
  grace: duration
    .optional()
    .describe(
      'How much longer the master waits before it tries these builds again. 2m by default.',
    ),
  spoolMegabytes: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('How much output one command may keep on the slave meanwhile. 1024 by default.'),
  terminal: z
    .boolean()
    .optional()
    .describe(
      'Whether shells may be opened on it from the window. On by default; a slave on another machine must allow it too.',
    ),
  ...elasticShape(duration),
})
const slavePort = z
  .union([
    z.number(),
    z.string(),
    z.strictObject({
      host: z.string().min(1).optional(),
      port: z.int().min(0).max(65_535),
      tls: z.boolean().optional(),
    }),
  ])
  .refine(value => parseSlavePort(value) !== undefined, SLAVE_PORT_WORDS)
  .describe('Where slaves dial in: a port on all addresses of this machine, or HOST:PORT.')
const project = z.strictObject({
  name,
  repository: z
    .string()
    .min(1)
    .superRefine((value, context) => {
      const problem = problemOfFileAddress(value)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    })
    .describe('A path, or any URL that git clones.'),
  branches: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Globs; all branches by default.'),
  poll: z
    .union([duration, z.literal('off'), z.literal(false)], {
      error: 'must be a time such as 60s, or off',
    })
    .optional()
    .describe('How often to look for new commits; off for never. 60s by default.'),
})
const builder = z.strictObject({
  name,
  project: z
    .string()
    .optional()
    .describe('Whose sources are built; the first project when it is left out.'),
  description: z.string().optional(),
  tags: names.optional(),
  slaves: names.min(1).optional(),
  slaveTags: names.min(1).optional(),
  env: env.optional(),
  properties: properties.optional(),
  locks: names.optional(),
  maxLog: size
    .nullable()
    .optional()
    .describe('How much log all steps of a build may keep together. 1GB by default.'),
  collapseRequests: z
    .boolean()
    .optional()
    .describe('Whether a newer request may stand in for older ones that wait. On by default.'),
  requires: z
    .record(z.string(), text)
    .optional()
    .describe('What a slave must have: os, arch, cpus, memory, or a program such as node ">=20".'),
  steps: z.array(step).min(1),
})
const schedulerBase = {
  name,
  builders: names.min(1),
  properties: properties.optional(),
  priority: z.int().optional(),
}

/** The scheduler kinds by their names. */
export const SCHEDULER_SHAPES = {
  anyBranch: z.strictObject({
    kind: z.literal('anyBranch'),
    ...schedulerBase,
    branches: z.array(z.string()).min(1).optional(),
    treeStableTimer: duration.optional(),
  }),
  singleBranch: z.strictObject({
    kind: z.literal('singleBranch'),
    ...schedulerBase,
    branch: z.string().min(1),
    treeStableTimer: duration.optional(),
  }),
  nightly: z.strictObject({
    kind: z.literal('nightly'),
    ...schedulerBase,
    cron: z.string().min(1),
    branch: z.string().optional(),
    onlyIfChanged: z.boolean().optional(),
  }),
  force: z.strictObject({ kind: z.literal('force'), ...schedulerBase }),
} as const

/** Known from Buildbot, and refused by name until they are there. */
export const LATER_SCHEDULERS = ['periodic', 'dependent', 'triggerable', 'try'] as const

const { anyBranch, singleBranch, nightly, force } = SCHEDULER_SHAPES
const scheduler = z.discriminatedUnion('kind', [anyBranch, singleBranch, nightly, force])

const lock = z.strictObject({
  name,
  scope: z.enum(['master', 'slave']).optional(),
  maxCount: z.int().min(1).optional(),
})
/** What can be told of. */
export const OCCASIONS = [
  'failure',
  'exception',
  'warnings',
  'success',
  'recovery',
  'slave-missing',
] as const

const notify = z.strictObject({
  kind: z.enum(['desktop']).describe('desktop: notifications of the desktop app.'),
  on: z
    .array(z.enum(OCCASIONS))
    .optional()
    .describe('failure, exception, recovery and slave-missing by default; [] for none.'),
})
const backups = z.strictObject({
  keep: z.int().min(1).max(1000).optional().describe('How many are kept; 10 by default.'),
  maxSize: size.optional().describe('What all of them together may take; 5GB by default.'),
  daily: z
    .boolean()
    .optional()
    .describe('Whether one is made each day on which something changed. On by default.'),
})

const monitor = z.strictObject({
  name: name.describe('What its column is called.'),
  kind: z.literal('github').describe('A workflow of GitHub Actions.'),
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'must be OWNER/NAME, as in its address')
    .describe('OWNER/NAME.'),
  workflow: z
    .string()
    .regex(/^[\w.-]+$/, 'must be the name of a file such as ci.yml')
    .describe('The name of its file, such as ci.yml.'),
  branch: z.string().min(1).optional().describe('Only runs of this branch.'),
  project: z.string().optional().describe('The project of whose changes its runs are.'),
  description: z.string().optional(),
  tags: names.optional(),
  poll: duration.optional().describe('How often it is looked at; 5m by default.'),
  url: z
    .string()
    .regex(/^https?:\/\/[^\s/?#]+\/?$/, 'must be an address such as https://github.example.org')
    .optional()
    .describe('Of a GitHub of your own; https://github.com by default.'),
  tokenFile: z
    .string()
    .min(1)
    .optional()
    .describe('A file that holds a token, for what is not public and for more questions an hour.'),
})

/** The whole file. */
export const FILE_SHAPE = z.strictObject({
  title: z.string().max(200).optional().describe('Shown at the top of the window.'),
  slavePort: slavePort.optional(),
  slaves: z.array(slave).optional(),
  projects: z.array(project).optional(),
  builders: z.array(builder).optional(),
  schedulers: z.array(scheduler).optional(),
  locks: z.array(lock).optional(),
  notify: z.array(notify).optional(),
  monitors: z.array(monitor).optional(),
  backups: backups.optional(),
})

/** The same with steps and schedulers unread: build.ts reads each by its own kind, for clearer words. */
export const OUTER_SHAPE = FILE_SHAPE.extend({
  builders: z.array(builder.extend({ steps: z.array(z.unknown()).min(1) })).optional(),
  schedulers: z.array(z.unknown()).optional(),
})

export type OuterShape = z.infer<typeof OUTER_SHAPE>
export type StepShapes = { [K in keyof typeof STEP_SHAPES]: z.infer<(typeof STEP_SHAPES)[K]> }
export type SchedulerShape = z.infer<typeof scheduler>

/** The JSON Schema that editors can use, as `triphammer schema` prints it. */
export function jsonSchema(): object {
  return {
    ...z.toJSONSchema(FILE_SHAPE, { io: 'input', unrepresentable: 'any' }),
    title: 'Triphammer master.yml',
  }
}
