import { FileCog, GitBranch, type LucideIcon, Moon, Power, Server, Tag } from 'lucide-react'
import type { MarkKind } from '../store/mark-kinds.ts'

const SIGNS: Readonly<Record<MarkKind, LucideIcon>> = {
  releases: Tag,
  app: Power,
  configuration: FileCog,
  sleep: Moon,
  slaves: Server,
  other: GitBranch,
}

export function MarkSign({ kind }: { kind: MarkKind }) {
  const Sign = SIGNS[kind]
  return <Sign className={`mark-sign ${kind}`} size={12} aria-hidden />
}
