# One image for all three: the app, the scheduler, the workers. See docs/deploy.md.
FROM python:3.12-slim
ARG TORCH_INDEX=""
WORKDIR /lab
COPY requirements.txt .
RUN if [ -n "$TORCH_INDEX" ]; then pip install --no-cache-dir "torch>=2.14,<3" "torchvision>=0.29,<1" --index-url "$TORCH_INDEX"; fi \
    && pip install --no-cache-dir -r requirements.txt
COPY . .
RUN useradd --create-home lab && mkdir -p /runs /data /keys && chown lab /runs /data /keys
USER lab
ENV LATENT_LAB_RUNS=/runs LATENT_LAB_DATA=/data
EXPOSE 8501
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.headless", "true"]
