/** The public names of mosaic-fleet, and nothing else. */
export type * from './backlog/backlog.ts';
export { cardJsonSchema } from './backlog/card-json-schema.ts';
export { cardInputSchema } from './backlog/card-schema.ts';
export { openBacklog } from './backlog/open.ts';
export type { Card, CardStatus, ChangeKind, Json, Timestamp } from './card/card.ts';
export { type FleetDependencies, registerFleetCommand } from './cli/register.ts';
export { type ErrorCode, MosaicError } from './errors.ts';
