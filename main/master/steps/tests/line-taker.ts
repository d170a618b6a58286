import type { Found } from './found.ts'

/** Takes the lines of one stream, one after the other, and tells at the end what it found. */
export interface LineTaker {
  line(line: string): void
  end(): Found
}
