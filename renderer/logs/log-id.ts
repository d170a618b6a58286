import { createContext, useContext } from 'react'
import type { LogId } from '../bridge.ts'

/** Which log is shown, for what lies deep within it. */
export const LogIdContext = createContext<LogId>(0 as LogId)

export function useLogId(): LogId {
  return useContext(LogIdContext)
}
