// Values that the window shares with the main process. They stand apart from bridge.ts, so that
// what only computes (the waterfall's model, formats) loads without opening a line.
export * from '../main/master/results.ts'
