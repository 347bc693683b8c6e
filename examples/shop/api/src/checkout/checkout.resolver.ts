import { Burgee } from '@burgee/nest';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { PlacedOrder, PlaceOrderInput } from './checkout.graphql.ts';
import type { Checkout } from './checkout.ts';
import { NewCheckout } from './new-checkout.ts';
import { OldCheckout } from './old-checkout.ts';

@Resolver()
export class CheckoutResolver {
  constructor(
    private readonly burgee: Burgee,
    private readonly oldCheckout: OldCheckout,
    private readonly newCheckout: NewCheckout,
  ) {}

  @Mutation(() => PlacedOrder)
  placeOrder(@Args('input') input: PlaceOrderInput): PlacedOrder {
    const checkout = this.burgee.branch<Checkout>('new-checkout', { on: this.newCheckout, off: this.oldCheckout });
    return checkout.place(input.lines);
  }
}
