// Loaded in the sensor’s place where a program runs bare.
export {};
