/** A text within XML, whatever is written in it. */
export function escapeXml(text: string): string {
  return (
    text
      // Characters that no XML may hold, escaped or not.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .toWellFormed()
      .replace(/[&<>"'\n]/g, sign => `&#${sign.charCodeAt(0)};`)
  )
}
