// What the outputs of the build plugin import: the sensor, or what they need to run without it.
import '../register.js';
import { defineInertProbes } from './inertProbes.js';

defineInertProbes();
