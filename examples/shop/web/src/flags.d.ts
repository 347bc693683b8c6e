/** The flags that this storefront reads: another key, or a default of another type, does not compile. */
declare module '@burgee/vue' {
  interface FlagTypes {
    'new-checkout': boolean;
    'free-shipping-banner': string;
    'dark-storefront': boolean;
    'express-delivery': boolean;
    'gift-cards': boolean;
    'loyalty-points': boolean;
    'refund-orders': boolean;
    recommendations: 'none' | 'popular' | 'similar';
    'checkout-layout': { columns: number; showTrustBadges: boolean };
  }
}

export {};
