/** In place of the window, in a browser that the master does not know. */
export function SignedOut({ problem }: { problem: string | null }) {
  return (
    <main className="signed-out">
      <div className="empty">
        <h1>Open the link that the terminal shows</h1>
        {problem !== null && <p className="bad">{problem}</p>}
        <p>
          This browser is not signed in to the master at {location.host}. The terminal in which
          Triphammer runs shows a link that signs it in.
        </p>
        <p className="soft">
          <code>triphammer open</code> prints another link; in a checkout of Triphammer it is{' '}
          <code>node scripts/triphammer.mjs open</code>.
        </p>
      </div>
    </main>
  )
}
