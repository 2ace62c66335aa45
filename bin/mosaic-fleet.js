#!/usr/bin/env node
// The command `mosaic-fleet`: the same program as `mosaic`, with the word `fleet` implied.
void require('./mosaic.js').start('mosaic-fleet', 2);
