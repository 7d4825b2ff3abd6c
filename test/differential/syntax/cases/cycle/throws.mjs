const inner = () => {
  throw new Error("at load");
};
inner();
