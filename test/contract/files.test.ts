/** The contract, kept by the file store. */
import { newFileStore } from '../files/file-store.ts';
import { contractSuite } from './suite.ts';

contractSuite('the file store', newFileStore);
