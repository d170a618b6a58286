import { z } from 'zod'

const words = z.string().min(1)
// Goes to a shell on another machine, or is a path in a container.
const folder = z
  .string()
  .regex(
    /^(~\/|\/)[\p{L}\p{N}._/+@=,-]*$/u,
    'must be an absolute path, or begin with ~/, and hold no spaces or quotes',
  )
const program = z
  .string()
  .regex(/^[\p{L}\p{N}_./+~-]+$/u, 'must be the name or path of a program, without spaces')
const env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name of an environment variable'),
  z.union([z.string(), z.number(), z.boolean()]),
)
const amounts = z.record(z.string(), z.union([z.string(), z.number()]))

/** Keys of slaves that start on demand, with the kinds that have them. */
export const ELASTIC_KEYS = {
  machines: ['docker', 'ssh', 'kubernetes'],
  idleTimeout: ['docker', 'ssh', 'kubernetes'],
  startTimeout: ['docker', 'ssh', 'kubernetes'],
  node: ['docker', 'ssh', 'kubernetes'],
  basedir: ['docker', 'ssh', 'kubernetes'],
  image: ['docker', 'kubernetes'],
  pull: ['docker', 'kubernetes'],
  env: ['docker', 'kubernetes'],
  engine: ['docker'],
  volumes: ['docker'],
  network: ['docker'],
  arguments: ['docker'],
  host: ['ssh'],
  user: ['ssh'],
  port: ['ssh'],
  sshConfig: ['ssh'],
  command: ['ssh'],
  namespace: ['kubernetes'],
  context: ['kubernetes'],
  resources: ['kubernetes'],
} as const

export function elasticShape(duration: z.ZodType<string | number>) {
  return {
    machines: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('How many there may be at once; each is a slave of its own, NAME-1, NAME-2, ….'),
    idleTimeout: duration
      .optional()
      .describe('How long one without builds is kept. 5m by default.'),
    startTimeout: duration.optional().describe('How long one may take to come up. 5m by default.'),
    node: program.optional().describe('Node 22 or later over there; "node" by default.'),
    basedir: folder.optional().describe('Where builds are made over there.'),
    image: words.optional().describe('An image that has Node, such as node:24.'),
    pull: z.enum(['missing', 'always', 'never']).optional().describe('When to get the image.'),
    env: env.optional().describe('Environment of the container.'),
    engine: z.enum(['docker', 'podman']).optional(),
    volumes: z.array(words).optional().describe('As docker run --volume has them.'),
    network: words.optional().describe('As docker run --network has it.'),
    arguments: z.array(words).optional().describe('More arguments of docker run.'),
    host: z
      .string()
      .regex(/^[^\s-]\S*$/, 'must be a name as ssh knows it')
      .optional()
      .describe('As you would type it after ssh.'),
    user: z
      .string()
      .regex(/^[^\s-]\S*$/, 'must be the name of a user')
      .optional(),
    port: z.int().min(1).max(65_535).optional(),
    sshConfig: words.optional().describe('Another file than ~/.ssh/config.'),
    command: z
      .string()
      .regex(/^[\p{L}\p{N}_./+~ -]+$/u, 'must be a program and its arguments, without quotes')
      .optional()
      .describe(
        'An installed Triphammer over there, such as "triphammer"; otherwise the slave is sent along.',
      ),
    namespace: words.optional(),
    context: words.optional().describe("kubectl's current one by default."),
    resources: z
      .strictObject({ requests: amounts.optional(), limits: amounts.optional() })
      .optional()
      .describe('requests and limits, as Kubernetes has them.'),
  }
}
