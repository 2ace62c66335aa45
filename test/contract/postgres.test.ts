/** The contract, kept by the store on Postgres. */
import { newPostgresStore } from '../postgres/postgres-store.ts';
import { contractSuite } from './suite.ts';

contractSuite('the Postgres store', newPostgresStore);
