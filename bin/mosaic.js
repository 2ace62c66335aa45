#!/usr/bin/env node
// The command `mosaic`.
void require('./start.js').start('mosaic', 3);
