/** Machines that are started when a build wants them. */
export type ElasticConfig = DockerConfig | SshConfig | KubernetesConfig

interface ElasticBase {
  /** How long a machine without builds is kept. */
  readonly idleTimeoutMs: number
  /** How long one may take to come up. */
  readonly startTimeoutMs: number
  /** Node on that machine. */
  readonly node: string
}

export interface DockerConfig extends ElasticBase {
  readonly kind: 'docker'
  readonly engine: 'docker' | 'podman'
  readonly image: string
  readonly pull: 'missing' | 'always' | 'never'
  readonly volumes: readonly string[]
  readonly network: string | null
  readonly env: Readonly<Record<string, string>>
  /** More arguments of `docker run`. */
  readonly arguments: readonly string[]
  readonly basedir: string
}

export interface SshConfig extends ElasticBase {
  readonly kind: 'ssh'
  readonly host: string
  readonly user: string | null
  readonly port: number | null
  /** Another ssh_config than the person's own. */
  readonly sshConfig: string | null
  /** An installed Triphammer to use there; `null` sends the slave along. */
  readonly command: string | null
  /** `null`: a folder below the home of that user. */
  readonly basedir: string | null
}

export interface KubernetesConfig extends ElasticBase {
  readonly kind: 'kubernetes'
  readonly image: string
  readonly namespace: string | null
  /** `null`: kubectl's current one. */
  readonly context: string | null
  readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly env: Readonly<Record<string, string>>
  readonly pull: 'missing' | 'always' | 'never'
  readonly basedir: string
}
