/** How wide times and changes are together, in px. */
export const GUTTER_PX = 216
/** Where changes begin in it, right of the times. */
export const CHANGES_X = 54
