"""The papers behind the methods. A text cites one as it is named here, and its list of references is what it names."""

from __future__ import annotations

REFERENCES = {
    "Broder 1997": "Broder, A. Z. (1997). On the resemblance and containment of documents. Compression and Complexity of "
    "Sequences, 21-29.",
    "Brown et al. 2020": "Brown, T. B., et al. (2020). Language models are few-shot learners. NeurIPS 33, 1877-1901.",
    "Carlini et al. 2019": "Carlini, N., Liu, C., Erlingsson, U., Kos, J. and Song, D. (2019). The secret sharer: "
    "evaluating and testing unintended memorization in neural networks. USENIX Security, 267-284.",
    "Cui et al. 2021": "Cui, Y., Che, W., Liu, T., Qin, B. and Yang, Z. (2021). Pre-training with whole word masking for "
    "Chinese BERT. IEEE/ACM Transactions on Audio, Speech, and Language Processing 29, 3504-3514.",
    "Davison and Hinkley 1997": "Davison, A. C. and Hinkley, D. V. (1997). Bootstrap Methods and their Application. "
    "Cambridge University Press.",
    "Devlin et al. 2019": "Devlin, J., Chang, M.-W., Lee, K. and Toutanova, K. (2019). BERT: pre-training of deep "
    "bidirectional transformers for language understanding. NAACL-HLT, 4171-4186.",
    "Field and Welsh 2007": "Field, C. A. and Welsh, A. H. (2007). Bootstrapping clustered data. Journal of the Royal "
    "Statistical Society B 69(3), 369-390.",
    "Ghashami 2023": "Ghashami, M. (2023). Domain adaptation of a large language model. Towards Data Science.",
    "Gururangan et al. 2020": "Gururangan, S., Marasović, A., Swayamdipta, S., Lo, K., Beltagy, I., Downey, D. and Smith, "
    "N. A. (2020). Don't stop pretraining: adapt language models to domains and tasks. ACL, 8342-8360.",
    "Howard and Ruder 2018": "Howard, J. and Ruder, S. (2018). Universal language model fine-tuning for text "
    "classification. ACL, 328-339.",
    "Hu et al. 2022": "Hu, E. J., Shen, Y., Wallis, P., Allen-Zhu, Z., Li, Y., Wang, S., Wang, L. and Chen, W. (2022). "
    "LoRA: low-rank adaptation of large language models. ICLR.",
    "Joshi et al. 2020": "Joshi, M., Chen, D., Liu, Y., Weld, D. S., Zettlemoyer, L. and Levy, O. (2020). SpanBERT: "
    "improving pre-training by representing and predicting spans. TACL 8, 64-77.",
    "Kalajdzievski 2023": "Kalajdzievski, D. (2023). A rank stabilization scaling factor for fine-tuning with LoRA. "
    "arXiv 2312.03732.",
    "Kauf and Ivanova 2023": "Kauf, C. and Ivanova, A. (2023). A better way to do masked language model scoring. ACL "
    "(short papers), 925-935.",
    "Liu et al. 2024": "Liu, S.-Y., Wang, C.-Y., Yin, H., Molchanov, P., Wang, Y.-C. F., Cheng, K.-T. and Chen, M.-H. "
    "(2024). DoRA: weight-decomposed low-rank adaptation. ICML.",
    "Loshchilov and Hutter 2019": "Loshchilov, I. and Hutter, F. (2019). Decoupled weight decay regularization. ICLR.",
    "Monroe et al. 2008": "Monroe, B. L., Colaresi, M. P. and Quinn, K. M. (2008). Fightin' words: lexical feature "
    "selection and evaluation for identifying the content of political conflict. Political Analysis 16(4), 372-403.",
    "Warstadt et al. 2020": "Warstadt, A., Parrish, A., Liu, H., Mohananey, A., Peng, W., Wang, S.-F. and Bowman, S. R. "
    "(2020). BLiMP: the benchmark of linguistic minimal pairs for English. TACL 8, 377-392.",
    "Wolf et al. 2020": "Wolf, T., et al. (2020). Transformers: state-of-the-art natural language processing. EMNLP "
    "(system demonstrations), 38-45.",
    "Zhang et al. 2023": "Zhang, Q., Chen, M., Bukharin, A., He, P., Cheng, Y., Chen, W. and Zhao, T. (2023). AdaLoRA: "
    "adaptive budget allocation for parameter-efficient fine-tuning. ICLR.",
}


def references(text: str) -> list[str]:
    """Give the full references that `text` names, by author."""
    return [full for short, full in REFERENCES.items() if short in text]
