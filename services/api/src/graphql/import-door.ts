/** Where the mutation `importFlags` finds room for a large body. */
export const importDoor = '/graphql/import';
