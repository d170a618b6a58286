/** What the page keeps of its session. Storage is of one origin, port included: no other server sees it. */
interface Kept {
  readonly id: string
  readonly token: string
}

/** What the master says of who asks. */
interface Told {
  /** Names the data directory: another master may have had this address before. */
  readonly desk: string
  readonly signedIn: boolean
}

const KEY = 'triphammer session'
const LAST_DESK = 'triphammer desk'

/** The session of this browser at the master of this address. */
export interface WebSession {
  readonly kept: () => Kept | null
  /** Signs in by the link that the page was opened by, if it was opened by one. Answers with what was wrong. */
  begin(): Promise<string | null>
  /** Whether the master takes what is kept; throws where the master can't be reached. */
  check(): Promise<boolean>
  end(): Promise<void>
  /** Called when another window of this browser signs in or out. */
  onChange(listener: () => void): void
}

export function openWebSession(): WebSession {
  const storage = usableStorage()
  let desk = storage.getItem(LAST_DESK) ?? ''

  return {
    kept,
    async begin() {
      const ticket = new URLSearchParams(location.search).get('ticket')
      if (ticket === null) return null
      // Neither the history of the browser nor a link that is copied has it from now on.
      history.replaceState(history.state, '', `${location.pathname}${location.hash}`)
      // One that is signed in needs no second session, and a link that was used is no news to it.
      if (kept() && (await check())) return null
      const answer = await ask('POST', '/session', { ticket })
      const told = (await answer.json()) as Told & Kept & { error?: { message: string } }
      if (!answer.ok) return told.error?.message ?? 'The master did not take that link.'
      keepDesk(told.desk)
      storage.setItem(keyOf(desk), JSON.stringify({ id: told.id, token: told.token }))
      return null
    },
    check,
    async end() {
      await ask('DELETE', '/session')
      storage.removeItem(keyOf(desk))
    },
    onChange: listener =>
      window.addEventListener('storage', event => {
        if (event.key === null || event.key.startsWith(KEY)) listener()
      }),
  }

  function kept(): Kept | null {
    try {
      return JSON.parse(storage.getItem(keyOf(desk)) ?? 'null')
    } catch {
      return null
    }
  }

  async function check(): Promise<boolean> {
    const told = await status()
    if (told.desk === desk) return told.signedIn
    keepDesk(told.desk)
    return kept() === null ? told.signedIn : (await status()).signedIn
  }

  function keepDesk(name: string) {
    desk = name
    storage.setItem(LAST_DESK, name)
  }

  async function status(): Promise<Told> {
    return (await ask('GET', '/session')).json()
  }

  function ask(method: string, path: string, body?: object): Promise<Response> {
    return askMaster(kept()?.token, method, path, body)
  }
}

/** Asks one of the master's routes beside the bridge. */
export function askMaster(
  token: string | undefined,
  method: string,
  path: string,
  body?: object,
): Promise<Response> {
  return fetch(path, {
    method,
    cache: 'no-store',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
}

function keyOf(desk: string): string {
  return `${KEY} ${desk}`
}

// A browser may be told to keep nothing: then the session lasts as long as the page.
function usableStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  try {
    localStorage.setItem(KEY, '')
    localStorage.removeItem(KEY)
    return localStorage
  } catch {
    const held = new Map<string, string>()
    return {
      getItem: key => held.get(key) ?? null,
      setItem: (key, value) => void held.set(key, value),
      removeItem: key => void held.delete(key),
    }
  }
}
