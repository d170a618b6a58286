import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

// Stored, so that later versions can raise the cost and still read what was written.
const COST = { N: 2 ** 15, r: 8, p: 1 }
const KEY_BYTES = 32
// Others wait: a flood of wrong passwords must not take every thread of the pool.
const AT_ONCE = 2
const LARGEST_N = 2 ** 20

/** `scrypt$N$r$p$salt$key` of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await slowHash(password, salt, COST)
  const { N, r, p } = COST
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** A password that is made up: 120 bits, in letters that can be read out and typed. */
export function makePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const drawn: string[] = []
  while (drawn.length < 24)
    for (const byte of randomBytes(32)) {
      // Beyond a whole multiple some letters would come more often than others.
      if (byte < 248 && drawn.length < 24) drawn.push(letters[byte % letters.length]!)
    }
  return drawn.join('').match(/.{6}/g)!.join('-')
}

export interface PasswordCheck {
  /** Takes as long for a name that is not known as for a wrong password. */
  isRight(password: string, hash: string | undefined): Promise<boolean>
  /**
   * Whether this is a password that was right before and that nobody guesses. It is told at once and costs nothing,
   * so that it may be asked however many wrong ones are tried meanwhile.
   */
  isKnown(password: string, hash: string | undefined): boolean
}

// At ten thousand tries a second, which no network does, half of these are found in millions of years.
const UNGUESSABLE_LENGTH = 20
const UNGUESSABLE_LETTERS = 8

function isUnguessable(password: string): boolean {
  return password.length >= UNGUESSABLE_LENGTH && new Set(password).size >= UNGUESSABLE_LETTERS
}

export function createPasswordCheck(): PasswordCheck {
  // A slave that comes again and again must not cost a slow hash each time.
  const remembered = new Map<string, Buffer>()
  const secret = randomBytes(32)
  let nobody: Promise<string> | undefined
  let busy = 0
  const waiting: (() => void)[] = []

  return {
    isKnown: (password, hash) => isUnguessable(password) && isRemembered(password, hash),
    async isRight(password, hash) {
      if (isRemembered(password, hash)) return true
      const right = await inTurn(async () => verify(password, hash ?? (await hashOfNobody())))
      if (!right || hash === undefined) return false
      // One entry for each slave that has come.
      remembered.set(hash, quickHash(password))
      return true
    },
  }

  function isRemembered(password: string, hash: string | undefined): boolean {
    const known = hash === undefined ? undefined : remembered.get(hash)
    return known !== undefined && timingSafeEqual(known, quickHash(password))
  }

  function quickHash(password: string): Buffer {
    return createHmac('sha256', secret).update(password).digest()
  }

  function hashOfNobody(): Promise<string> {
    nobody ??= hashPassword(randomBytes(16).toString('hex'))
    return nobody
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (busy >= AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve))
    busy++
    try {
      return await work()
    } finally {
      busy--
      waiting.shift()?.()
    }
  }
}

async function verify(password: string, hash: string): Promise<boolean> {
  const [kind, N, r, p, salt, key] = hash.split('$')
  if (kind !== 'scrypt' || !salt || !key) return false
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  if (!(cost.N <= LARGEST_N && isSmall(cost.r) && isSmall(cost.p))) return false
  const wanted = Buffer.from(key, 'base64url')
  // A damaged hash may ask for what scrypt does not do.
  const found = await slowHash(password, Buffer.from(salt, 'base64url'), cost).catch(() => null)
  return found !== null && wanted.length === found.length && timingSafeEqual(wanted, found)
}

function isSmall(factor: number): boolean {
  return Number.isInteger(factor) && factor >= 1 && factor <= 64
}

function slowHash(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  const maxmem = 256 * cost.N * cost.r
  return new Promise((resolve, reject) =>
    scrypt(password, salt, KEY_BYTES, { ...cost, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  )
}
