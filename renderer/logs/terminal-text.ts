// How a line of a terminal is read: the window and the search on the master must read it alike.
export * from '../../main/master/logs/plain-text.ts'
