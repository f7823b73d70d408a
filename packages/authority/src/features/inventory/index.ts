export { createInventory, type Inventory } from './inventory.ts';
export { INVENTORY_MIGRATIONS } from './migrations.ts';
export { inventoryRoutes } from './routes.ts';
