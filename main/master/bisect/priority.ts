/** Behind all that changes and people ask for. */
export const BISECT_PRIORITY = -1_000_000
