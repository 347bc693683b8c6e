import { useFlag } from '@burgee/vue';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Product } from '../catalog/products.ts';

export interface CartLine {
  product: Product;
  quantity: number;
}

/** What is bought, and how much it comes to; `useFlag` works in a store as it does in a component. */
export const useCart = defineStore('cart', () => {
  const lines = ref<CartLine[]>([]);
  const givesPoints = useFlag('loyalty-points', false);
  const totalCents = computed(() =>
    lines.value.reduce((sum, { product, quantity }) => sum + product.priceCents * quantity, 0),
  );
  const points = computed(() => (givesPoints.value ? Math.floor(totalCents.value / 100) : 0));

  function add(product: Product): void {
    const line = lines.value.find((one) => one.product.id === product.id);
    if (line) line.quantity++;
    else lines.value.push({ product, quantity: 1 });
  }

  function remove(productId: string): void {
    lines.value = lines.value.filter((line) => line.product.id !== productId);
  }

  function empty(): void {
    lines.value = [];
  }

  return { lines, totalCents, points, add, remove, empty };
});
