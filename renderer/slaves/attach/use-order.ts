import { useState } from 'react'
import type { AttachTrouble } from '../../bridge.ts'

/** Something that a form asks of the master: whether it is under way, and what stood in its way. */
export function useOrder() {
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<AttachTrouble>()
  const send = async <Done extends { readonly ok: true }>(
    asked: Promise<Done | AttachTrouble>,
  ): Promise<Done | AttachTrouble> => {
    setBusy(true)
    setTrouble(undefined)
    const answer = await asked.catch(unexpected)
    setBusy(false)
    if (!answer.ok) setTrouble(answer)
    return answer
  }
  return { busy, trouble, send, forgive: () => setTrouble(undefined) }
}

/** The request itself failed: there is no answer that says why. */
export function unexpected(error: Error): AttachTrouble {
  return { ok: false, problem: 'other', message: `${error.message}.`, nextStep: 'Try again.' }
}
