export const CODE_LENGTH = 6

/** The signs of a code, however it is written: `47k-9r2`. */
export function signsOf(text: string): string {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, CODE_LENGTH)
}
