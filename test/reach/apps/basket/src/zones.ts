enum Zone {
  near,
  far = 7,
}

namespace Names {
  export function of(zone: Zone): string {
    return Zone[zone]?.toUpperCase() ?? 'NOWHERE';
  }
}

export function zoneOf(value: number): string {
  return Names.of(value as Zone);
}
