// What a terminal obeys instead of showing it: CSI, charset and other two-part sequences, strings
// such as titles and links (OSC, DCS, PM, APC, SOS), and control characters. None goes on in the next line.
export const SEQUENCE =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[\]P^_X][^\x07\x1b\r\n]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g
/** Tells whether there is any. */
export const UNSEEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/
