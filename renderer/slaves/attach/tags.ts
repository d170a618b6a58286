/** Tags as people write them: parted by commas or spaces. */
export function readTags(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))]
}
