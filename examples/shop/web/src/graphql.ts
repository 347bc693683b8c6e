import { readShopper } from './shopper/shopper.ts';

/** Asks the shop's own GraphQL, as the shopper of this page. */
export async function ask<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shop-user': readShopper().targetingKey },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Data; errors?: { message: string }[] };
  if (!data || errors?.[0]) throw new Error(errors?.[0]?.message ?? `The shop answered ${answer.status}.`);
  return data;
}
