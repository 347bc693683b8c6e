#!/usr/bin/env node
// Stands here before anything is built, so that the package manager can link it.
import '../dist/server.js';
