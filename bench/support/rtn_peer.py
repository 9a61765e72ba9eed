"""Quantizes a model with ONNX Runtime's MatMulNBitsQuantizer. Arguments: model, target, bits, block size."""

import logging
import sys

from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

# One line a layer, on standard error.
logging.disable()
model, target, bits, block_size = sys.argv[1:]
quantizer = MatMulNBitsQuantizer(
    model, bits=int(bits), block_size=int(block_size), is_symmetric=True, accuracy_level=4
)
quantizer.process()
quantizer.model.save_model_to_file(target, True)
