import { create, isMessage } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProtoSchema,
} from '../file/generated/onnx_pb.ts';

/** `AttributeProto.type`. */
const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

/** A float attribute; a bare number would be an integer one, and kernels refuse the other kind. */
export interface FloatAttribute {
  readonly float: number | readonly number[];
}

export type AttributeInput =
  number | string | readonly number[] | readonly string[] | FloatAttribute | TensorProto | GraphProto;

/** Attributes by name: numbers are integers unless wrapped in {@link float}. */
export type Attributes = Record<string, AttributeInput>;

export type AttributeValue = number | string | number[] | string[] | TensorProto | GraphProto;

/** Marks a number, or a list of them, as a float attribute. */
export function float(value: number | readonly number[]): FloatAttribute {
  return { float: value };
}

/** @throws RangeError for a number that is not an integer: use {@link float} */
export function makeAttribute(name: string, value: AttributeInput): AttributeProto {
  const attribute = create(AttributeProtoSchema, { name });
  if (typeof value === 'string') {
    attribute.s = new TextEncoder().encode(value);
    attribute.type = ATTRIBUTE_TYPES.string;
  } else if (typeof value === 'number') {
    attribute.i = integer(name, value);
    attribute.type = ATTRIBUTE_TYPES.int;
  } else if (isMessage(value, TensorProtoSchema)) {
    attribute.t = value;
    attribute.type = ATTRIBUTE_TYPES.tensor;
  } else if (isMessage(value, GraphProtoSchema)) {
    attribute.g = value;
    attribute.type = ATTRIBUTE_TYPES.graph;
  } else if ('float' in value) {
    if (typeof value.float === 'number') attribute.f = value.float;
    else attribute.floats = [...value.float];
    attribute.type = typeof value.float === 'number' ? ATTRIBUTE_TYPES.float : ATTRIBUTE_TYPES.floats;
  } else if (value.length > 0 && value.every((item) => typeof item === 'string')) {
    attribute.strings = value.map((item) => new TextEncoder().encode(item));
    attribute.type = ATTRIBUTE_TYPES.strings;
  } else {
    attribute.ints = (value as readonly number[]).map((item) => integer(name, item));
    attribute.type = ATTRIBUTE_TYPES.ints;
  }
  return attribute;
}

function integer(name: string, value: number): bigint {
  if (Number.isInteger(value)) return BigInt(value);
  throw new RangeError(
    `Attribute "${name}": ${value} is not an integer; write float(${value}) for a float attribute.`,
  );
}

/** The attributes of a node by name; kinds other than those of {@link AttributeValue} are left out. */
export function readAttributes(node: NodeProto): Record<string, AttributeValue> {
  const decoder = new TextDecoder();
  const read = (attribute: AttributeProto): AttributeValue | undefined => {
    switch (attribute.type) {
      case ATTRIBUTE_TYPES.float:
        return attribute.f;
      case ATTRIBUTE_TYPES.int:
        return Number(attribute.i);
      case ATTRIBUTE_TYPES.string:
        return decoder.decode(attribute.s);
      case ATTRIBUTE_TYPES.tensor:
        return attribute.t;
      case ATTRIBUTE_TYPES.graph:
        return attribute.g;
      case ATTRIBUTE_TYPES.floats:
        return attribute.floats;
      case ATTRIBUTE_TYPES.ints:
        return attribute.ints.map(Number);
      case ATTRIBUTE_TYPES.strings:
        return attribute.strings.map((item) => decoder.decode(item));
      default:
        return undefined;
    }
  };
  const values: Record<string, AttributeValue> = {};
  for (const attribute of node.attribute) {
    const value = read(attribute);
    if (value !== undefined) values[attribute.name] = value;
  }
  return values;
}
