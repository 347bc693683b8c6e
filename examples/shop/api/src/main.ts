import { startShop } from './start-shop.ts';

const shop = await startShop(process.env).catch((error: unknown) => {
  process.stderr.write(`The shop cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(78);
});
process.stdout.write(`shop: ${shop.url}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void shop.stop().then(() => process.exit(0)));
}
