import type { Product } from './catalog.graphql.ts';

/** The whole catalogue; a real shop has a table. */
export const products: readonly Product[] = [
  { id: 'kettle', name: 'Enamel kettle', description: 'Whistles in G major.', priceCents: 4900, picture: 'kettle' },
  {
    id: 'lantern',
    name: 'Storm lantern',
    description: 'Burns through the longest night.',
    priceCents: 6400,
    picture: 'lantern',
  },
  { id: 'rope', name: 'Braided rope', description: 'Twenty metres that hold.', priceCents: 2200, picture: 'rope' },
  { id: 'compass', name: 'Brass compass', description: 'Points north, mostly.', priceCents: 8900, picture: 'compass' },
  { id: 'mug', name: 'Harbour mug', description: 'Half a litre of tea.', priceCents: 1800, picture: 'mug' },
  {
    id: 'blanket',
    name: 'Wool blanket',
    description: 'From sheep with a sea view.',
    priceCents: 11900,
    picture: 'blanket',
  },
];
