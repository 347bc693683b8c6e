// What `npm start` and `npm test` run. This file keeps to the words every Node knows, so that an old one can say what is wrong.

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(
    `Burgee needs Node 20 or newer to start (this is ${process.version}): install it, and run the command again.`,
  );
  process.exit(1);
} else {
  void import('./bootstrap.mjs').then((bootstrap) => bootstrap.main(process.argv.slice(2)));
}
