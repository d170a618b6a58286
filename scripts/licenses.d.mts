/** A Vite plug-in that writes `LICENSES.txt` beside what is built. */
export declare function licenses(): import('vite').Plugin
