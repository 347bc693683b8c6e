/** A pattern that is right in JavaScript and that we do not run. */
export class Refused extends Error {}
