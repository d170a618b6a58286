// How a builder stands is reckoned by one piece of code, in the master and in the window.
export * from '../main/master/standing.ts'
