/** Imported for its name by tests and helpers that start processes or threads by way of the product. */
export {}
